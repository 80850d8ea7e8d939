import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";

const bucket = process.env.AWS_BUCKET_NAME;
const region = process.env.AWS_REGION;

const s3 = new S3Client({
  region,
  credentials: { accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY },
});

export async function uploadFile(key, file) {
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: file.buffer, ContentType: file.mimetype }));
  return `https://${bucket}.s3.${region}.amazonaws.com/${key}`;
}

export function generatePresignedUrl(fileUrl) {
  const key = fileUrl.split(".com/")[1];
  return getSignedUrl(s3, new GetObjectCommand({ Bucket: bucket, Key: key }), { expiresIn: 60 });
}
