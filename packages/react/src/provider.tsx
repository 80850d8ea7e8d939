"use client";

import { type Calls, type FilesClient, ValetKeyError } from "@valetkey/client";
import { createContext, type ReactNode, useContext } from "react";

const ClientContext = createContext<FilesClient | Calls | undefined>(undefined);

export type ValetKeyProviderProps = {
  /**
   * The client of the application, from `openFiles`. Create the client once, outside of components, because the uploads belong to the
   * client. The hooks `useFileUrl` and `useDownload` also accept a client of the service, from `createClient` or `createCalls`.
   */
  client: FilesClient | Calls;
  children?: ReactNode;
};

/**
 * Gives the client to the hooks in all components inside the provider.
 *
 * @example
 * ```tsx
 * const client = openFiles({ baseUrl: "/files" });
 *
 * <ValetKeyProvider client={client}>
 *   <App />
 * </ValetKeyProvider>;
 * ```
 */
export function ValetKeyProvider({ client, children }: ValetKeyProviderProps) {
  return <ClientContext.Provider value={client}>{children}</ClientContext.Provider>;
}

/** The only part of a client that the hooks for URLs need. */
export type UrlClient = Pick<FilesClient, "urlFor">;

/** Returns the client of the nearest `ValetKeyProvider`. Throws an error without a provider. */
export function useUrlClient(): UrlClient {
  return useAnyClient();
}

/** Returns the client of the nearest `ValetKeyProvider`. Throws an error without a provider, or if the client is not from `openFiles`. */
export function useValetKey(): FilesClient {
  const client = useAnyClient();
  if (!("iterate" in client)) throw new Error("This needs a client of openFiles in <ValetKeyProvider client={…}>.");
  return client;
}

function useAnyClient(): FilesClient | Calls {
  const client = useContext(ClientContext);
  if (client === undefined) throw new Error("There is no client. Put a <ValetKeyProvider client={…}> around the app.");
  return client;
}

/**
 * Converts any error to a `ValetKeyError`. The client itself throws no other errors, but the function `getToken` of the application may
 * throw other errors.
 */
export function toError(cause: unknown): ValetKeyError {
  return cause instanceof ValetKeyError ? cause : new ValetKeyError("network", "There is no URL.", { cause });
}
