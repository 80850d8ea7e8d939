/** The application that a database belongs to. `bucket` identifies the bucket of the application, and is empty for the service itself. */
export type Application = { name: string; bucket: string };

export type ApplicationQueries = {
  /**
   * If the database belongs to no application yet, records that it belongs to this one. Returns the application that the database now
   * belongs to.
   */
  claim(application: Application): Promise<Application>;
};
