/** The access key of every test bucket. */
export const CREDENTIALS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };

/** The name of the bucket that the endpoint creates at startup. */
export const BUCKET = "files";
