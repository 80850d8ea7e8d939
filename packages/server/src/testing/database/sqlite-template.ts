/**
 * The environment variable that contains the folder of the SQLite templates. The folder has a subfolder for each user of databases. An
 * environment variable also reaches processes that start before the tests.
 */
export const SQLITE_TEMPLATE = "VALETKEY_SQLITE_TEMPLATE";
