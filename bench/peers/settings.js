/** The same bucket and credentials for all peers. Signing sends no request, so the bucket does not exist. */
export const {
  PORT: port,
  AWS_BUCKET_NAME: bucket,
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
} = process.env;

/** The lifetime of a download URL of the service. */
export const expiresInSeconds = 60;
export const maxFileBytes = 5 * 2 ** 30;
