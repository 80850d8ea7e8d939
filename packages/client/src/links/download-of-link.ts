import { type Bytes, openStream } from "../download.ts";
import type { Platform } from "../platform.ts";
import type { LinkClaim, LinkFile } from "../wire.ts";
import type { LinkCalls } from "./open-link-calls.ts";

/** A visitor's download in progress. */
export type LinkFileDownload = Bytes & { file: LinkFile };

type Deps = { calls: Pick<LinkCalls, "claim" | "urls">; fetch: typeof globalThis.fetch; platform: Platform };

export async function downloadOfLink(
  { calls, ...bucket }: Deps,
  { file, signal }: { file: LinkFile; signal: AbortSignal | undefined },
): Promise<LinkFileDownload> {
  const wanted = { attachmentIds: [file.id] };
  const first = await calls.claim(wanted);
  let unused: LinkClaim | undefined = first;
  const getUrl = async () => {
    const issued = unused ?? (await calls.urls(first.claimId, wanted));
    unused = undefined;
    return issued.urls[0]?.fileUrl as string;
  };
  const stream = await openStream(bucket, { getUrl, sizeBytes: file.sizeBytes, offset: 0, signal });
  return { file, stream, blob: () => new Response(stream).blob() };
}
