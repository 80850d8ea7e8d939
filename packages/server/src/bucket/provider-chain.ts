// A module of its own, so that it is loaded only when needed. A bundle gives a dynamic import of a CommonJS package no named exports.
export { fromNodeProviderChain } from "@aws-sdk/credential-providers";
