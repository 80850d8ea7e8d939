/** Limits of HTTP itself. The limits of the service (file size, expiry) are configuration. */
export const httpLimits = {
  /** A body within this limit takes a few milliseconds, even if an attacker made its content. */
  jsonBodyBytes: 65_536,
  /** The limit for bodies with the text of a note or a list of parts. */
  largeJsonBodyBytes: 1_048_576,
  /** A body that is not a form must be complete within this time. The largest body then needs 52 kB a second. Milliseconds. */
  bodyTimeoutMs: 20_000,
  /** The maximum number of nested levels in a JSON body. The deepest schema has three. */
  jsonDepth: 16,
  /** The maximum size of one page's items as JSON. A longer page ends early, and its cursor leads to the rest. Bytes. */
  pageBytes: 1_048_576,
  /** The maximum number of values in a JSON body. The completion of an upload with 10,000 parts has 30,002. */
  jsonValues: 32_768,
  /** The maximum number of different member names in a JSON body. */
  jsonNames: 256,
  headerBytes: 16_384,
  /** The headers of a request must be complete within this time. Milliseconds. */
  headersTimeoutMs: 20_000,
  /** A connection that has no traffic for this long is closed. The connection of a slow upload stays open. Milliseconds. */
  idleTimeoutMs: 120_000,
  /** A client must read a whole response within this time. Otherwise its connection is cut. Milliseconds. */
  readWithinMs: 120_000,
  /** The requests that one connection may send before it has read the response to the first request. */
  pipelinedRequests: 100,
  /**
   * This is longer than the idle timeout of common load balancers, so that the load balancer closes the connection first. Milliseconds.
   */
  keepAliveTimeoutMs: 72_000,
  /** The longest path segment. A percent-encoded user id of 255 characters fits. Characters. */
  pathSegmentLength: 1_024,
  /** A form that makes no progress is aborted, because it holds a buffer and a reservation. A slow upload may take hours. */
  formProgress: { stallMs: 30_000, rateWindowMs: 60_000, minBytesPerSecond: 1_024 },
  /** The maximum number of bytes that boundaries and part headers add to the file of a form. */
  formOverheadBytes: 65_536,
  /** For this time, the service reads and drops the rest of a refused upload, so that the client can read the response. Milliseconds. */
  lingerMs: 5_000,
  /** The interval at which idle connections are closed during shutdown. Milliseconds. */
  closeIdleIntervalMs: 50,
  probeTimeoutMs: 2_000,
  /** The shortest interval between two probes of a part by /readyz. Milliseconds. */
  probeEveryMs: 1_000,
} as const;
