/**
 * Loads a part of the app. After a failure, it tries another URL of the same file once, because a browser can remember the failure of a
 * URL until a reload. Rejects with the first failure.
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
