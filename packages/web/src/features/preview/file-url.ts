import { type Range, readRange } from "../../files/read-range.ts";
import { client } from "../../service/client.ts";
import { queryClient } from "../../service/queries.ts";

type FileUrl = { url: string; lifetimeMs: number; requestedAt: Instant };
/** One clock is never set back, and the other one goes on while the machine sleeps. Milliseconds. */
type Instant = { ticks: number; time: number };

const now = (): Instant => ({ ticks: performance.now(), time: Date.now() });

/** The age by the clock that shows the higher one. Milliseconds. */
function ageOf({ requestedAt }: FileUrl): number {
  const { ticks, time } = now();
  return Math.max(ticks - requestedAt.ticks, time - requestedAt.time);
}

/** The share of its lifetime in which a URL is reused. The rest is for the request to the bucket. */
const REUSABLE_SHARE = 0.9;

/** Whether the URL replaces one of the same preview. The activity of the owner then has one view. */
type Renewal = { isRenewal: boolean };

const urlQuery = (attachmentId: string, { isRenewal }: Renewal = { isRenewal: false }) =>
  ({
    queryKey: ["file-url", attachmentId],
    async queryFn(): Promise<FileUrl> {
      // The lifetime starts after this moment, so the URL is never used too long.
      const requestedAt = now();
      const { fileUrl, expiresIn } = await client.urlFor(attachmentId, {
        disposition: "inline",
        purpose: isRenewal ? "renewal" : "view",
      });
      return { url: fileUrl, lifetimeMs: expiresIn * 1000, requestedAt };
    },
  }) as const;

/** Returns a URL to show the file inline, and reuses the last one while it is valid. Rejects with the error of the service. */
export async function getFileUrl(attachmentId: string, renewal: Renewal): Promise<string> {
  const query = urlQuery(attachmentId, renewal);
  const known = queryClient.getQueryData<FileUrl>(query.queryKey);
  const isReusable = known !== undefined && ageOf(known) < known.lifetimeMs * REUSABLE_SHARE;
  // Simultaneous callers share one request.
  const { url } = await queryClient.fetchQuery({ ...query, staleTime: isReusable ? Number.POSITIVE_INFINITY : 0 });
  return url;
}

/** Discards a URL that the bucket refuses, unless it was already replaced. */
export function discardFileUrl(attachmentId: string, url: string): void {
  const { queryKey } = urlQuery(attachmentId);
  if (queryClient.getQueryData<FileUrl>(queryKey)?.url === url) queryClient.removeQueries({ queryKey, exact: true });
}

export function isExpired(attachmentId: string, url: string): boolean {
  const known = queryClient.getQueryData<FileUrl>(urlQuery(attachmentId).queryKey);
  return known?.url !== url || ageOf(known) >= known.lifetimeMs;
}

/** Reads bytes of the file. Rejects with ValetKeyError. */
export function readFileRange(
  attachmentId: string,
  { isRenewal = false, ...range }: Range & Partial<Renewal>,
): Promise<Uint8Array<ArrayBuffer>> {
  let requests = 0;
  const source = {
    getUrl() {
      requests += 1;
      // The second URL replaces one that the bucket refused.
      return getFileUrl(attachmentId, { isRenewal: isRenewal || requests > 1 });
    },
    discardUrl: (url: string) => discardFileUrl(attachmentId, url),
  };
  return readRange(source, range);
}
