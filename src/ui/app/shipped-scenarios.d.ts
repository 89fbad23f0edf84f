/** What the build knows of the scenarios (scripts/shipped-scenarios.ts). */
declare module 'virtual:shipped-scenarios' {
  export const shipped: readonly {
    readonly id: string;
    readonly title: Readonly<Record<'en' | 'zh-CN', string>>;
    /** Address of its picture; null where none was taken. */
    readonly picture: string | null;
  }[];
}
