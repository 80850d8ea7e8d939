import { DoctorReport } from "@valetkey/contract";
import { callerOf } from "../../../features/access/caller.ts";
import type { PeopleVerbs } from "../../../features/people/index.ts";
import { DomainError } from "../../../platform/errors.ts";
import { operations } from "../../../platform/http/openapi.ts";
import type { App, RouteDeps } from "../../../platform/http/route-types.ts";
import type { ProveEcho } from "./echo.ts";

/** Checks the set-up of the service. */
export type Doctor = {
  prove: ProveEcho;
  /**
   * Runs all checks and returns the report. If a run is in progress, or ended a few seconds ago, returns the report of that run. Without
   * `clientIp`, the test URLs for the browser work for every client.
   */
  examine(caller: { clientIp: string | undefined }): Promise<DoctorReport>;
};

const schemas = operations("operations", {
  runDoctor: {
    summary: "Check the set-up, as an administrator",
    description:
      "Checks this machine, the database, the bucket and the way to PUBLIC_URL, and returns a fix for each fault. It runs once at a time, and at most every ten seconds. In between, it returns the last report.",
    response: { 200: DoctorReport },
  },
});

/** The route GET /admin/doctor. */
export function doctorRoutes(
  app: App,
  {
    useCases,
    clientIpOf,
    doctor,
  }: Pick<RouteDeps<PeopleVerbs>, "useCases" | "clientIpOf"> & { doctor: Pick<Doctor, "examine"> },
): void {
  app.get("/admin/doctor", { schema: schemas.runDoctor }, async (request) => {
    const { isAdmin } = await useCases.getMe(callerOf(request));
    if (!isAdmin) throw new DomainError("access_denied", "Access denied");
    return doctor.examine({ clientIp: clientIpOf(request) });
  });
}
