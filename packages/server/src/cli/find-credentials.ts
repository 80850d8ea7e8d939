import { fromNodeProviderChain } from "@aws-sdk/credential-providers";

/** Finds credentials as the AWS SDK does, in a separate module, because this module loads most of the SDK. */
export const findCredentials = fromNodeProviderChain();
