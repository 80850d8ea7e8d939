import { fromNodeProviderChain } from "@aws-sdk/credential-providers";

/** Finds credentials as the AWS SDK does. A module of its own, because it loads most of the SDK. */
export const findCredentials = fromNodeProviderChain();
