// Every candidate preloads this file, so that the servers need no code for the benchmark.
process.on("message", (message) => {
  if (message !== "usage") return;
  const { user, system } = process.cpuUsage();
  const peakRssBytes = 1024 * process.resourceUsage().maxRSS;
  process.send?.({ rssBytes: process.memoryUsage.rss(), peakRssBytes, cpuMicroseconds: user + system });
});
// The channel must not keep a finished server alive.
process.channel?.unref();
// A server must not outlive an interrupted benchmark.
process.once("disconnect", () => process.exit(1));
