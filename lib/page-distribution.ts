import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HeadersReferrerPolicy,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  ResponseHeadersPolicy,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Duration, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { HTTPS_ONLY_SECONDS, IVS_ORIGINS, securityHeaders } from '../web/security-headers.ts';
import type { StageApi } from './http-api.ts';

export interface PageDistributionProps {
  readonly bucket: IBucket;
  readonly api: StageApi;
  /** Of the API and the user pool. */
  readonly region: string;
}

/** CloudFront in front of the page's bucket, which nobody else can read, and of the API. */
export class PageDistribution extends Construct {
  readonly distribution: Distribution;

  constructor(scope: Construct, id: string, { bucket, api, region }: PageDistributionProps) {
    super(scope, id);
    const responseHeadersPolicy = this.#addHeaders(region);
    this.distribution = new Distribution(this, 'Distribution', {
      comment: Stack.of(this).stackName,
      defaultRootObject: 'index.html',
      httpVersion: HttpVersion.HTTP2_AND_3,
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(bucket),
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        responseHeadersPolicy,
      },
      errorResponses: ERRORS_CACHED_UNASKED.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
      additionalBehaviors: { '/api/*': { ...this.#leadToApi(api, region), responseHeadersPolicy } },
    });
    Validations.of(this.distribution).acknowledge(
      { id: 'AwsSolutions::AwsSolutions-CFR1', reason: 'Where the page may be seen is for the operator to restrict' },
      { id: 'AwsSolutions::AwsSolutions-CFR2', reason: 'A firewall bills by the month; the API has its own throttle' },
      {
        id: 'AwsSolutions::AwsSolutions-CFR3',
        reason: 'The API logs its calls; the page is public and the same for all',
      },
      { id: 'AwsSolutions::AwsSolutions-CFR4', reason: 'The certificate of cloudfront.net allows no other choice' },
    );
  }

  #leadToApi(api: StageApi, region: string): BehaviorOptions {
    const { urlSuffix } = Stack.of(this);
    return {
      origin: new HttpOrigin(`${api.http.apiId}.execute-api.${region}.${urlSuffix}`, {
        protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
        originSslProtocols: [OriginSslPolicy.TLS_V1_2],
      }),
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      // API Gateway knows its APIs by the Host header; all others pass, `authorization` among them.
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      functionAssociations: [{ function: this.#addPathFunction(), eventType: FunctionEventType.VIEWER_REQUEST }],
    };
  }

  #addPathFunction(): EdgeFunction {
    return new EdgeFunction(this, 'ApiPath', {
      comment: 'Takes /api off, which the API knows nothing of',
      runtime: FunctionRuntime.JS_2_0,
      code: FunctionCode.fromInline(API_PATH_CODE),
    });
  }

  /** CloudFront takes some headers by names of its own only, and all others as custom ones. */
  #addHeaders(region: string): ResponseHeadersPolicy {
    const cognito = `https://cognito-idp.${region}.amazonaws.com`;
    const {
      'content-security-policy': contentSecurityPolicy = '',
      'referrer-policy': _referrerPolicy,
      'strict-transport-security': _strictTransportSecurity,
      'x-content-type-options': _contentTypeOptions,
      ...others
    } = securityHeaders({ connectTo: [cognito, ...IVS_ORIGINS], https: true });
    const override = true;
    return new ResponseHeadersPolicy(this, 'Headers', {
      comment: Stack.of(this).stackName,
      securityHeadersBehavior: {
        contentSecurityPolicy: { contentSecurityPolicy, override },
        contentTypeOptions: { override },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override },
        strictTransportSecurity: { accessControlMaxAge: Duration.seconds(HTTPS_ONLY_SECONDS), override },
      },
      customHeadersBehavior: {
        customHeaders: Object.entries(others).map(([header, value]) => ({ header, value, override })),
      },
    });
  }
}

/**
 * What CloudFront keeps for 10 s unless told otherwise, `no-store` or not and with caching disabled too: everybody would get
 * the answer that one caller got.
 */
const ERRORS_CACHED_UNASKED = [404, 414, 500, 501, 502, 503, 504];

/**
 * Runs on CloudFront, for requests that `/api/*` matches. It is matched with the path as RFC 3986 normalizes it, and what
 * comes here is the path as it was sent: `/x/../api/me` does not begin with `/api/`.
 */
const API_PATH_CODE = `function handler(event) {
  var request = event.request;
  if (!request.uri.startsWith('/api/')) return { statusCode: 404 };
  request.uri = request.uri.slice('/api'.length);
  return request;
}
`;
