// Loaded before a service whose clock is ahead by CLOCK_AHEAD_MS. So leases and collected mails end between two starts of the service.
const { ServerResponse } = require("node:http");
const { now } = Date;
const aheadMs = Number(process.env.CLOCK_AHEAD_MS ?? 0);
Date.now = () => now() + aheadMs;
// The AWS SDK sets its clock by the header Date of the embedded bucket, and Node writes this header by the clock of the machine.
Object.defineProperty(ServerResponse.prototype, "sendDate", { get: () => false, set() {} });
