/** Next.js calls this function once, before the first request. `next build` does not call it. */
export async function register() {
  if (process.env.NEXT_RUNTIME === "nodejs") await import("./start-files");
}
