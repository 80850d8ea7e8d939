/** The key of every bucket in these tests. */
export const CREDENTIALS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };

/** The bucket that is there from the start. */
export const BUCKET = "files";
