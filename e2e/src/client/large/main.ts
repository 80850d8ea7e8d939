import { uploadInOneGo, uploadThroughKills } from "./large-upload.ts";

// The command `npm run large-upload` runs main.ts. TMPDIR needs space for twice LARGE_UPLOAD_BYTES (default 5 GiB).
const MIB = 2 ** 20;
const sizeBytes = Number(process.env.LARGE_UPLOAD_BYTES ?? 5 * 2 ** 30);
const startedAt = performance.now();
const say = (text: string) =>
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(5)} s  ${text}`);
const mib = (bytes: number) => `${(bytes / MIB).toFixed(1)} MiB`;

say(`${mib(sizeBytes)} through the client into the built-in bucket, in one go`);
const whole = await uploadInOneGo({ sizeBytes, say });
say(`took ${whole.seconds.toFixed(1)} s: ${mib(sizeBytes / whole.seconds)} a second`);
const grown = whole.service.peakBytes - whole.service.firstBytes;
say(`the service's memory grew by ${mib(grown)}, from ${mib(whole.service.firstBytes)}`);
say(
  `the bucket's grew by ${mib(whole.bucket.peakBytes - whole.bucket.firstBytes)}; the client's peak: ${mib(whole.clientPeakBytes)}`,
);
report("the service's memory grew by less than 30 MiB", grown < 30 * MIB);
report("what is read back is byte-identical", whole.sha256.given === whole.sha256.stored);

say("the same with kill -9 of client, service and bucket");
const killed = await uploadThroughKills({ sizeBytes, say });
report("the client went on where it was", killed.resumedAtBytes > 0);
report("what is read back is byte-identical", killed.sha256.given === killed.sha256.stored);

function report(text: string, isMet: boolean): void {
  say(`${isMet ? "PASS         " : "SHORT OF GOAL"}  ${text}`);
  if (!isMet) process.exitCode = 1;
}
