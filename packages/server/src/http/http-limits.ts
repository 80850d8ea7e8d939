/** What HTTP itself accepts; the service's own limits (file size, expiry) are configuration. */
export const httpLimits = {
  jsonBodyBytes: 1_048_576,
  /** Levels of nesting in a JSON body; the deepest schema of ours has three. */
  jsonDepth: 16,
  headerBytes: 16_384,
  /** Headers must be complete within this time. Milliseconds. */
  headersTimeoutMs: 20_000,
  /** A connection on which nothing moves for this long is closed; a slow upload that moves is not. Milliseconds. */
  idleTimeoutMs: 120_000,
  /** Longer than the idle timeout of common load balancers, so that they close first. Milliseconds. */
  keepAliveTimeoutMs: 72_000,
  /** One path segment; a user id may be 255 characters, percent-encoded. */
  pathSegmentLength: 1_024,
  /** What a form may add to its file: boundaries and part headers. */
  formOverheadBytes: 65_536,
  /** How long the rest of a refused upload is read and dropped, so that the client gets to see the answer. Milliseconds. */
  lingerMs: 5_000,
  /** While the server closes: how often connections that became idle are closed. Milliseconds. */
  closeSweepMs: 50,
  probeTimeoutMs: 2_000,
} as const;
