import { useNow } from "../../components/use-now.ts";
import { earliestServiceNow } from "../../service/service-clock.ts";
import { linkTexts } from "../../texts/en/links.ts";
import { formatDuration } from "../../texts/index.ts";

const words = linkTexts.revoke;

/** Shows until when the last issued URL of a revoked link works, and counts down to that instant. */
export function LastUrl({ expiresAt }: { expiresAt: string | null }) {
  useNow(1_000);
  // `now` is the earliest possible instant. So, while a URL may still work, the text never says that it no longer works.
  const now = earliestServiceNow();
  const left = expiresAt === null ? 0 : (Date.parse(expiresAt) - now) / 1000;
  if (left <= 0) return <p role="status">{words.noUrl}</p>;
  // The role is not `status`, because screen readers would then read the text every second.
  return (
    <p role="timer" className="tabular-nums">
      {words.lastUrl(formatDuration(left))}
    </p>
  );
}
