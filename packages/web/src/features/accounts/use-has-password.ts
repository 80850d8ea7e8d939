import { useQuery } from "@tanstack/react-query";
import { meQuery } from "../../service/queries.ts";

/**
 * Returns whether the user's account has a password. An account of an identity provider has none, so no page may ask for it. True until
 * the service responds, because most accounts have one.
 */
export function useHasPassword(): boolean {
  const { data: me } = useQuery(meQuery);
  return me?.hasPassword ?? true;
}
