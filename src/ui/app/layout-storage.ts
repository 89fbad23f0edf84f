/** Where the panels keep their sizes. A browser that forbids storage gets sizes that last as long as the page. */
export type LayoutStorage = Pick<Storage, 'getItem' | 'setItem'>;

export function createLayoutStorage(storage: Storage | null): LayoutStorage {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => storage?.getItem(key) ?? kept.get(key) ?? null,
    setItem: (key, value) => {
      if (storage === null) kept.set(key, value);
      else storage.setItem(key, value);
    },
  };
}

/** The browser's own storage, or null where its use is forbidden. */
export function browserStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}

export const layoutStorage: LayoutStorage = createLayoutStorage(browserStorage());
