// The service process loads clock-ahead.cjs first. The file sets the clock of the service ahead by CLOCK_AHEAD_MS, so that leases expire
// and mails are due.
const { ServerResponse } = require("node:http");
const { now } = Date;
const aheadMs = Number(process.env.CLOCK_AHEAD_MS ?? 0);
Date.now = () => now() + aheadMs;
// The file removes the header Date from all responses. Node.js writes the header Date from the real clock, and the AWS SDK would correct
// its clock by this header.
Object.defineProperty(ServerResponse.prototype, "sendDate", { get: () => false, set() {} });
