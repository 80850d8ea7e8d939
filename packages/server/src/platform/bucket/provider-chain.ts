// This module is separate, so that the service loads the package with the provider chain only when needed. In a bundle, a dynamic import of
// a CommonJS package has no named exports.
export { fromNodeProviderChain } from "@aws-sdk/credential-providers";
