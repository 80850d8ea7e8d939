import type { Call } from "./call.ts";
import { file, type Source } from "./service-calls.ts";

const query = new URLSearchParams({ filename: file.filename, type: file.contentType });
const described = { name: file.filename, size: file.sizeBytes, type: file.contentType };

/** Makes the requests that the client of each peer sends. Each request has the token of a user, even if the peer does not check tokens. */
export const peerCalls = {
  /** The peers have no database, so the request contains the key of the object and not the id of an attachment. */
  "peer-url": ({ dataset, tokens }: Source): Call[] =>
    dataset.grants.map(({ userId, attachment }) => ({
      method: "GET",
      path: `/files?${new URLSearchParams({ key: attachment.objectKey })}`,
      token: tokens.get(userId),
    })),
  "better-upload": (source: Source): Call[] =>
    byUser(source, { method: "POST", path: "/api/upload", body: { route: "files", files: [described] } }),
  pushduck: (source: Source): Call[] =>
    byUser(source, { method: "POST", path: "/api/upload?route=files&action=presign", body: { files: [described] } }),
  companion: (source: Source): Call[] => byUser(source, { method: "GET", path: `/s3/params?${query}` }),
};

function byUser({ tokens }: Source, call: Call): Call[] {
  return [...tokens.values()].map((token) => ({ ...call, token }));
}
