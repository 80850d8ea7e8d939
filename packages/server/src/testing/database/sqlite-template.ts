/**
 * The environment variable with the folder of the SQLite templates, one folder for each kind of user. A variable also reaches the processes
 * that start before the tests.
 */
export const SQLITE_TEMPLATE = "VALETKEY_SQLITE_TEMPLATE";
