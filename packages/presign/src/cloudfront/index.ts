/*
 * This entry point is separate, because it imports node:crypto, and the main entry point must also run in browsers. For browsers, this
 * package has its own SHA-256. It has no own RSA and ECDSA: they are large, and a browser must never have the private key of CloudFront.
 */
export {
  type CloudFrontGetOptions,
  type CloudFrontOptions,
  type CloudFrontSigner,
  createCloudFrontSigner,
} from "./signer.ts";
