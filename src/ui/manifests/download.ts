/** Hands the browser a text, or a file of bytes, to save. */
export function download(name: string, content: string | Uint8Array<ArrayBuffer>, type = 'application/yaml'): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
