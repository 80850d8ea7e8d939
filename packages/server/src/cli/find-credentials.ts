import { fromNodeProviderChain } from "@aws-sdk/credential-providers";

/** Finds credentials as the AWS SDK does. This is a separate module, because it loads most of the SDK. */
export const findCredentials = fromNodeProviderChain();
