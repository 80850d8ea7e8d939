import { createVerifier } from "fast-jwt";

/**
 * All servers of the comparison use one bucket with one set of credentials. The bucket of the benchmark does not exist, because signing a
 * URL sends no request to the bucket.
 */
export const {
  PORT: port,
  AWS_BUCKET_NAME: bucket,
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
} = process.env;

/** Download URLs of the peers live as long as download URLs of the service. */
export const expiresInSeconds = 60;
export const maxFileBytes = 5 * 2 ** 30;

const { JWT_SECRET } = process.env;

// The verifier caches verified tokens, because the service also caches verified tokens. The cache of verified tokens uses the whole token
// as its key. By default, the package fast-jwt hashes the token for each request, which costs CPU time.
const verify =
  JWT_SECRET === undefined
    ? undefined
    : createVerifier({ key: JWT_SECRET, algorithms: ["HS256"], cache: 10_000, cacheKeyBuilder: (token) => token });

/** Returns the id of the user whose bearer token a request has. Returns undefined without a valid token. */
export function userOf(authorization) {
  try {
    return verify?.((authorization ?? "").replace("Bearer ", "")).sub;
  } catch {
    return undefined;
  }
}

/** Returns whether a request is permitted: the bearer token is valid, or the server runs without authentication. */
export function isAuthenticated(authorization) {
  return verify === undefined || userOf(authorization) !== undefined;
}

/** Sends a body as JSON. */
export function respond(response, status, body) {
  response.statusCode = status;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(body));
}
