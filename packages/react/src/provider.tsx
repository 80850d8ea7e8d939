"use client";

import type { FilesClient } from "@valetkey/client";
import { createContext, type ReactNode, useContext } from "react";

const ClientContext = createContext<FilesClient | undefined>(undefined);

export type ValetKeyProviderProps = {
  /** The client of the application. Create it once, outside of components: a new client has no uploads. */
  client: FilesClient;
  children?: ReactNode;
};

/**
 * Gives the client to the hooks below it.
 *
 * @example
 * ```tsx
 * const client = openFiles({ baseUrl: "https://app.example.com/files" });
 *
 * <ValetKeyProvider client={client}>
 *   <App />
 * </ValetKeyProvider>;
 * ```
 */
export function ValetKeyProvider({ client, children }: ValetKeyProviderProps) {
  return <ClientContext.Provider value={client}>{children}</ClientContext.Provider>;
}

/** Returns the client of the nearest `ValetKeyProvider`. Throws without one. */
export function useValetKey(): FilesClient {
  const client = useContext(ClientContext);
  if (client === undefined) throw new Error("There is no client. Put a <ValetKeyProvider client={…}> around the app.");
  return client;
}
