import { createVerifier } from "fast-jwt";

/**
 * The bucket and the credentials of all servers in the comparison. The bucket does not exist, because the signing of a URL sends no request
 * to the bucket.
 */
export const {
  PORT: port,
  AWS_BUCKET_NAME: bucket,
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
} = process.env;

/** The lifetime of the peers' download URLs, which is the same as in the service. */
export const expiresInSeconds = 60;
export const maxFileBytes = 5 * 2 ** 30;

const { JWT_SECRET } = process.env;

// This verifier caches verified tokens, because the service does too. The key of its cache is the whole token. By default, fast-jwt hashes
// the token for each request, which costs CPU time.
const verify =
  JWT_SECRET === undefined
    ? undefined
    : createVerifier({ key: JWT_SECRET, algorithms: ["HS256"], cache: 10_000, cacheKeyBuilder: (token) => token });

/** Returns the id of the user in the bearer token of a request. Returns undefined without a valid token. */
export function userOf(authorization) {
  try {
    return verify?.((authorization ?? "").replace("Bearer ", "")).sub;
  } catch {
    return undefined;
  }
}

/** Returns whether a request is permitted: its bearer token is valid, or the server runs without authentication. */
export function isAuthenticated(authorization) {
  return verify === undefined || userOf(authorization) !== undefined;
}

export function respond(response, status, body) {
  response.statusCode = status;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(body));
}
