import { createPrivateKey } from "node:crypto";
import type { ConfigReader } from "./reader.ts";
import type { CloudFrontConfig, ServerConfig } from "./types.ts";

const NEEDED = ["CLOUDFRONT_DOMAIN", "CLOUDFRONT_KEY_PAIR_ID", "CLOUDFRONT_PRIVATE_KEY"] as const;
const OPTIONAL = ["CLOUDFRONT_HASH", "CLOUDFRONT_BIND_IP"] as const;
const TOGETHER = `Set ${NEEDED.join(", ")} together, or none of them.`;
const LOCAL_HOSTS = new Set(["localhost", "127.0.0.1", "[::1]"]);
const RSA_BITS = 2048;

/** Reads the CloudFront distribution that serves downloads. Returns undefined if the bucket serves them. */
export function readCloudFront(reader: ConfigReader, server: ServerConfig): CloudFrontConfig | undefined {
  const [domain, keyPairId, pem] = NEEDED.map((name) => reader.text(name));
  const hash = reader.choice("CLOUDFRONT_HASH", { of: ["sha256", "sha1"], fallback: "sha256" });
  const bindsIp = reader.flag("CLOUDFRONT_BIND_IP");
  if (domain === undefined && keyPairId === undefined && pem === undefined) {
    for (const name of OPTIONAL.filter((each) => reader.text(each) !== undefined)) {
      reader.warn(`${name} is set without CLOUDFRONT_DOMAIN: downloads come from the bucket.`);
    }
    return undefined;
  }
  for (const missing of NEEDED.filter((name) => reader.text(name) === undefined)) {
    reader.fault(missing, "is missing, though another part of CloudFront is set", TOGETHER);
  }
  const distribution = domain === undefined ? undefined : readDomain(reader, { domain, server });
  if (keyPairId !== undefined) checkKeyPairId(reader, keyPairId);
  const privateKey = pem === undefined ? undefined : readPrivateKey(reader, pem);
  if (distribution === undefined || keyPairId === undefined || privateKey === undefined) return undefined;
  return { distribution, keyPairId, privateKey, hash, bindsIp };
}

/** Reports a fault if CloudFront is configured with the embedded bucket, because CloudFront can't sign requests to that bucket. */
export function refuseCloudFront(reader: ConfigReader): void {
  const name = NEEDED.find((each) => reader.text(each) !== undefined);
  if (name === undefined) return;
  reader.fault(
    name,
    "is set, though AWS_BUCKET_NAME is missing: CloudFront can't read the embedded bucket",
    "Set AWS_BUCKET_NAME to the bucket behind the distribution, or remove the CLOUDFRONT_ settings.",
  );
}

/**
 * Reads the host name of the distribution. Also accepts a URL. Accepts http only for this machine, because tests run a distribution there.
 */
function readDomain(
  reader: ConfigReader,
  { domain, server }: { domain: string; server: ServerConfig },
): string | undefined {
  const url = URL.parse(domain.includes("://") ? domain : `https://${domain}`);
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && LOCAL_HOSTS.has(url.hostname));
  if (url === null || !isSafe || url.username !== "" || url.password !== "" || url.href !== `${url.origin}/`) {
    const remedy = "Write it as CLOUDFRONT_DOMAIN=d111111abcdef8.cloudfront.net, without a path.";
    reader.fault("CLOUDFRONT_DOMAIN", "is not the host name of a distribution", remedy);
    return undefined;
  }
  // Uploaded content must not share an origin with the sessions (docs/security-requirements.md, 14).
  if (server.publicUrl !== undefined && url.origin === new URL(server.publicUrl).origin) {
    reader.fault(
      "CLOUDFRONT_DOMAIN",
      `leaves the files no origin of their own: browsers would get what people upload from ${url.origin}, which is PUBLIC_URL`,
      "Give the distribution of the files another host name.",
    );
  }
  return url.origin;
}

function checkKeyPairId(reader: ConfigReader, keyPairId: string): void {
  if (/^[A-Z0-9]{8,32}$/.test(keyPairId)) return;
  reader.fault(
    "CLOUDFRONT_KEY_PAIR_ID",
    "is not the id of a public key in CloudFront",
    "Copy the id of the public key in the key group, for example CLOUDFRONT_KEY_PAIR_ID=K2JCJMDEHXQW5F.",
  );
}

function readPrivateKey(reader: ConfigReader, text: string): string | undefined {
  // Many tools store a variable in one line, with \\n for each line break.
  const pem = text.replaceAll("\\n", "\n");
  const problem = problemOf(pem);
  if (problem === undefined) return pem;
  reader.fault(
    "CLOUDFRONT_PRIVATE_KEY",
    problem,
    "Make a key with `openssl genrsa 2048`, and set CLOUDFRONT_PRIVATE_KEY_FILE to its file.",
  );
  return undefined;
}

/** Describes the problem of a private key. The texts do not contain the message of the parser, because that message may quote the key. */
function problemOf(pem: string): string | undefined {
  if (/ENCRYPTED/.test(pem)) return "is encrypted with a passphrase, which the service does not know";
  if (/BEGIN PUBLIC KEY/.test(pem))
    return "is the public key: CloudFront gets it, and the service gets the private key";
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = createPrivateKey(pem);
    const isRsa = type === "rsa" && details?.modulusLength === RSA_BITS;
    const isEcdsa = type === "ec" && details?.namedCurve === "prime256v1";
    return isRsa || isEcdsa ? undefined : "is neither an RSA key of 2048 bits nor an ECDSA key on P-256";
  } catch {
    return "is not a private key in PEM format";
  }
}
