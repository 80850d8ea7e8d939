// The service process loads clock-ahead.cjs first. The file sets the clock of the service ahead by CLOCK_AHEAD_MS, so that leases expire
// and mails are due.
const { now } = Date;
const aheadMs = Number(process.env.CLOCK_AHEAD_MS ?? 0);
Date.now = () => now() + aheadMs;
