export async function register() {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { openFiles } = await import("./files.mjs");
  globalThis.files = await openFiles();
}
