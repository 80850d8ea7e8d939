// Sets the clock of a service ahead by CLOCK_AHEAD_MS, so that leases have expired and mails are due. The service process loads this file
// first.
const { now } = Date;
const aheadMs = Number(process.env.CLOCK_AHEAD_MS ?? 0);
Date.now = () => now() + aheadMs;
