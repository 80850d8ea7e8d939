import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Usage } from "@valetkey/client";
import { clsx } from "clsx";
import { Failure, Skeleton } from "../../components/states.tsx";
import { client } from "../../service/client.ts";
import { keys } from "../../service/queries.ts";
import { settings as settingsTexts } from "../../texts/en/settings.ts";
import { formatBytes, formatCount, texts } from "../../texts/index.ts";

const words = settingsTexts.storage;
/** If the used part of the quota reaches this value, the bar shows a warning. */
const NEARLY_FULL = 0.9;

export function StorageMeter() {
  const usage = useQuery({ queryKey: keys.usage, queryFn: () => client.usage() });
  return (
    <>
      {usage.isPending && <Skeleton className="h-12" />}
      {usage.isError && usage.data === undefined && <Failure title={words.failedToLoad} query={usage} />}
      {usage.data !== undefined && <Meter usage={usage.data} />}
    </>
  );
}

function Meter({ usage }: { usage: Usage }) {
  const { usedBytes, quotaBytes, files, quotaFiles } = usage;
  const used =
    quotaBytes === null
      ? words.usedOnly(formatBytes(usedBytes))
      : words.used(formatBytes(usedBytes), formatBytes(quotaBytes));
  const count = formatCount(files, words.files);
  const share = Math.max(shareOf(usedBytes, quotaBytes), shareOf(files, quotaFiles));
  return (
    <div className="flex flex-col gap-2">
      {quotaBytes !== null && <Bar share={shareOf(usedBytes, quotaBytes)} text={used} />}
      <p className="flex flex-wrap justify-between gap-x-4 text-small tabular-nums">
        <span>{used}</span>
        <span className="text-muted">
          {quotaFiles === null ? count : words.filesOf(count, formatCount(quotaFiles, { one: "", other: "" }).trim())}
        </span>
      </p>
      {share > NEARLY_FULL && (
        <p className={clsx("font-medium text-small", share >= 1 && "text-danger")}>
          {share >= 1 ? words.full : words.nearlyFull}{" "}
          <Link to="/deleted" className="text-ink underline underline-offset-4">
            {texts.notes.trash}
          </Link>
        </p>
      )}
    </div>
  );
}

function shareOf(used: number, quota: number | null): number {
  if (quota === null) return 0;
  return quota === 0 ? 1 : Math.min(1, used / quota);
}

function Bar({ share, text }: { share: number; text: string }) {
  return (
    <>
      <meter className="sr-only" aria-label={words.title} aria-valuetext={text} value={share} />
      <div aria-hidden="true" className="h-2 overflow-hidden rounded-full bg-hover">
        <div
          className={clsx("h-full rounded-full", share > NEARLY_FULL ? "bg-danger" : "bg-accent")}
          // The minimum width keeps the bar visible if the usage is tiny.
          style={{ width: share === 0 ? 0 : `max(4px, ${share * 100}%)` }}
        />
      </div>
    </>
  );
}
