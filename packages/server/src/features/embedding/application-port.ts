/**
 * The host application that a database belongs to. `bucket` identifies the bucket of the application. It is empty if the service runs
 * without a host application.
 */
export type Application = { name: string; bucket: string };

export type ApplicationQueries = {
  /**
   * If the database belongs to no application yet, records that it belongs to this application. Returns the application that the database
   * belongs to after the call.
   */
  claim(application: Application): Promise<Application>;
};
