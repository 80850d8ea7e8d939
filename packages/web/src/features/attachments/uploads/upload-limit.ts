import { instanceQuery, queryClient } from "../../../service/queries.ts";

/** The most bytes that the service takes in one file; undefined as long as it has not said so. */
export function limitOf(): number | undefined {
  return queryClient.getQueryData(instanceQuery.queryKey)?.limits.uploadMaxBytes;
}
