/** Next.js calls this function once, before the first request. The command `next build` does not call this function. */
export async function register() {
  if (process.env.NEXT_RUNTIME === "nodejs") await import("./start-files");
}
