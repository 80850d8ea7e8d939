/** The application that a database belongs to. `bucket` identifies its bucket, and is empty for the service. */
export type Application = { name: string; bucket: string };

export type ApplicationQueries = {
  /** Claims the database for this application if it belongs to none. Returns the application that it belongs to. */
  claim(application: Application): Promise<Application>;
};
