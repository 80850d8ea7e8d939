// Loaded into every candidate beside its own code, so that a server needs no line for the benchmark's sake.
process.on("message", (message) => {
  if (message !== "usage") return;
  const { user, system } = process.cpuUsage();
  const peakRssBytes = 1024 * process.resourceUsage().maxRSS;
  process.send?.({ rssBytes: process.memoryUsage.rss(), peakRssBytes, cpuMicroseconds: user + system });
});
// The channel must not hold a server open that is done.
process.channel?.unref();
// Nor must a server outlive a benchmark that was cut off.
process.once("disconnect", () => process.exit(1));
