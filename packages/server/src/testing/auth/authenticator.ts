import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";

type Options = { challenge: string; origin?: string; isUserVerified?: boolean; counter?: number };

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const NEW_CREDENTIAL = 0x40;

const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest();
const text = (value: string) => Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)]);
const bytes = (value: Buffer) => Buffer.concat([Buffer.from([0x58, value.length]), value]);

/** Creates an authenticator with one P-256 credential, without attestation (Web Authentication Level 3, sections 6 and 7). */
export function createAuthenticator({ origin: home = "https://files.example.com" } = {}) {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const credentialId = randomBytes(32);
  const id = credentialId.toString("base64url");

  function data({
    isUserVerified = true,
    counter = 0,
    extra = Buffer.alloc(0),
  }: Partial<Options> & { extra?: Buffer }) {
    const flags = USER_PRESENT | (isUserVerified ? USER_VERIFIED : 0) | (extra.length > 0 ? NEW_CREDENTIAL : 0);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    return Buffer.concat([sha256(new URL(home).hostname), Buffer.from([flags]), count, extra]);
  }
  const client = (type: string, { challenge, origin = home }: Options) =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  const wrap = (response: Record<string, Buffer>) => ({
    id,
    rawId: id,
    type: "public-key",
    clientExtensionResults: {},
    response: Object.fromEntries(Object.entries(response).map(([name, value]) => [name, value.toString("base64url")])),
  });

  return {
    create(options: Options) {
      const key = Buffer.concat([
        Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
        bytes(Buffer.from(x, "base64url")),
        Buffer.from([0x22]),
        bytes(Buffer.from(y, "base64url")),
      ]);
      const extra = Buffer.concat([Buffer.alloc(16), Buffer.from([0, credentialId.length]), credentialId, key]);
      const attestationObject = Buffer.concat([
        Buffer.from([0xa3]),
        text("fmt"),
        text("none"),
        text("attStmt"),
        Buffer.from([0xa0]),
        text("authData"),
        bytes(data({ ...options, extra })),
      ]);
      return wrap({ clientDataJSON: client("webauthn.create", options), attestationObject });
    },
    get(options: Options) {
      const clientDataJSON = client("webauthn.get", options);
      const authenticatorData = data(options);
      const signature = sign("sha256", Buffer.concat([authenticatorData, sha256(clientDataJSON)]), privateKey);
      return wrap({ clientDataJSON, authenticatorData, signature });
    },
  };
}
