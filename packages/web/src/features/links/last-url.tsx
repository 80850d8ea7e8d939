import { formatDuration, texts } from "../../texts/index.ts";
import { useServiceNow } from "./use-service-now.ts";

const words = texts.links.revoke;

/** Says until when the last issued URL of a revoked link works, and counts down to that instant. */
export function LastUrl({ expiresAt }: { expiresAt: string | null }) {
  const now = useServiceNow(1_000);
  const left = expiresAt === null ? 0 : (Date.parse(expiresAt) - now) / 1000;
  if (left <= 0) return <p role="status">{words.noUrl}</p>;
  // Not a status: screen readers would read every second.
  return (
    <p role="timer" className="tabular-nums">
      {words.lastUrl(formatDuration(left))}
    </p>
  );
}
