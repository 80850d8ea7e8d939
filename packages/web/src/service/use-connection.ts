import { useStore } from "@nanostores/react";
import { type Connection, createConnection } from "./connection.ts";

export const connection = createConnection(navigator.onLine);
addEventListener("online", () => connection.setOnline(true));
addEventListener("offline", () => connection.setOnline(false));

/** Whether the browser has a network, and whether the service responds. */
export function useConnection(): Connection {
  return useStore(connection.$state);
}
