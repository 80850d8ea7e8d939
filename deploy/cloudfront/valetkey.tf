# A CloudFront distribution for downloads. Replace files.example.com, my-private-bucket and the region. docs/cloudfront.md describes the steps.
resource "aws_cloudfront_public_key" "valetkey" {
  name        = "valetkey"
  encoded_key = file("cloudfront.pub.pem")
}

resource "aws_cloudfront_key_group" "valetkey" {
  name  = "valetkey"
  items = [aws_cloudfront_public_key.valetkey.id]
}

resource "aws_cloudfront_origin_access_control" "valetkey" {
  name                              = "valetkey"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_cache_policy" "valetkey" {
  name        = "valetkey"
  min_ttl     = 0
  default_ttl = 86400
  max_ttl     = 31536000

  parameters_in_cache_key_and_forwarded_to_origin {
    headers_config {
      header_behavior = "none"
    }
    cookies_config {
      cookie_behavior = "none"
    }
    query_strings_config {
      query_string_behavior = "whitelist"
      query_strings {
        items = ["response-content-disposition", "response-content-type"]
      }
    }
  }
}

resource "aws_cloudfront_response_headers_policy" "valetkey" {
  name = "valetkey"

  cors_config {
    access_control_allow_credentials = false
    access_control_max_age_sec       = 3600
    origin_override                  = true
    access_control_allow_origins {
      items = ["https://files.example.com"]
    }
    access_control_allow_methods {
      items = ["GET", "HEAD"]
    }
    access_control_allow_headers {
      items = ["*"]
    }
    access_control_expose_headers {
      items = ["ETag", "Content-Range"]
    }
  }

  security_headers_config {
    content_type_options {
      override = true
    }
    content_security_policy {
      override                = true
      content_security_policy = "sandbox; default-src 'none'"
    }
  }
}

resource "aws_cloudfront_distribution" "valetkey" {
  comment         = "Downloads of Valet Key"
  enabled         = true
  http_version    = "http2and3"
  is_ipv6_enabled = true

  origin {
    origin_id                = "bucket"
    domain_name              = "my-private-bucket.s3.eu-central-1.amazonaws.com"
    origin_access_control_id = aws_cloudfront_origin_access_control.valetkey.id
  }

  default_cache_behavior {
    target_origin_id           = "bucket"
    viewer_protocol_policy     = "https-only"
    allowed_methods            = ["GET", "HEAD", "OPTIONS"]
    cached_methods             = ["GET", "HEAD"]
    trusted_key_groups         = [aws_cloudfront_key_group.valetkey.id]
    cache_policy_id            = aws_cloudfront_cache_policy.valetkey.id
    origin_request_policy_id   = "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf"
    response_headers_policy_id = aws_cloudfront_response_headers_policy.valetkey.id
    compress                   = false
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = true
  }
}

resource "aws_s3_bucket_policy" "valetkey" {
  bucket = "my-private-bucket"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AllowDistribution"
      Effect    = "Allow"
      Principal = { Service = "cloudfront.amazonaws.com" }
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:::my-private-bucket/*"
      Condition = { StringEquals = { "AWS:SourceArn" = aws_cloudfront_distribution.valetkey.arn } }
    }]
  })
}

output "CLOUDFRONT_DOMAIN" {
  value = aws_cloudfront_distribution.valetkey.domain_name
}

output "CLOUDFRONT_KEY_PAIR_ID" {
  value = aws_cloudfront_public_key.valetkey.id
}
