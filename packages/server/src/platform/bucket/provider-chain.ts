// A separate module, so that the package is loaded only when needed. In a bundle, a dynamic import of a CommonJS package has no named exports.
export { fromNodeProviderChain } from "@aws-sdk/credential-providers";
