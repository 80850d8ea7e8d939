import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";

/** A server that publishes keys on a separate port, counts the fetches, and fails on demand. */
export type JwksServer = {
  url: string;
  publish(...keys: SigningKey[]): void;
  /** Sets whether the key server responds with 500. */
  fail(isDown: boolean): void;
  fetches(): number;
  close(): Promise<void>;
};

export type SigningKey = { algorithm: string; privateKey: CryptoKey; publicJwk: JWK };

export async function startJwksServer(): Promise<JwksServer> {
  let keys: JWK[] = [];
  let isDown = false;
  let fetches = 0;
  const server = createServer((_request, response) => {
    fetches += 1;
    if (isDown) response.writeHead(500).end();
    else response.setHeader("content-type", "application/json").end(JSON.stringify({ keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    publish(...published) {
      keys = published.map((key) => key.publicJwk);
    },
    fail(down) {
      isDown = down;
    },
    fetches: () => fetches,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Creates a key pair for signatures. If `kid` is undefined, the key has no `kid`. */
export async function newSigningKey(algorithm: string, kid: string | undefined): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  return { algorithm, privateKey, publicJwk: kid === undefined ? publicJwk : { ...publicJwk, kid } };
}

export function signWith(key: SigningKey, claims: Record<string, unknown>): Promise<string> {
  const { kid } = key.publicJwk;
  return new SignJWT(claims)
    .setProtectedHeader({ alg: key.algorithm, ...(kid === undefined ? {} : { kid }) })
    .sign(key.privateKey);
}
