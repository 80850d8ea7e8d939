/**
 * Loads a part of the app. After a failure, tries another URL of the same file once. A browser can remember until a reload that a URL
 * failed. Rejects with the first failure.
 */
export async function importWithRetry<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    const [url] = /https?:\S+\.js/.exec(String(error)) ?? [];
    if (url === undefined) throw error;
    const again: Promise<Module> = import(/* @vite-ignore */ `${url}?again=${Date.now()}`);
    return again.catch(() => {
      throw error;
    });
  }
}
