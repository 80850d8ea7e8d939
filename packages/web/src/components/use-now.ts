import { useEffect, useState } from "react";

/** Returns the current instant, in milliseconds since the epoch. The hook updates it every `everyMs`, by default every 30 s. */
export function useNow(everyMs = 30_000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
