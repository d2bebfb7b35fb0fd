import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { NextFunction, Request, Response } from 'express';
import { TOKEN_HEADER } from '../contract/http.js';
import { requireSchemas, readSchemas } from './schemas.js';

/** The documentation page needs inline styles; it shows no data of events. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves the OpenAPI document at `/api-json`, and a page of it at `/api`. @throws UnknownSchemaError if it refers to a schema that does not exist */
export function documentApi(app: NestExpressApplication): void {
  const outline = new DocumentBuilder()
    .setTitle('Console')
    .setDescription(
      `Monitors and operates the streams of the event library. Requests that change something need the header ` +
        `${TOKEN_HEADER} with the token of GET /api/session.`,
    )
    .setVersion('1')
    .setOpenAPIVersion('3.1.0')
    .addApiKey({ type: 'apiKey', in: 'header', name: TOKEN_HEADER }, 'token')
    .build();
  const document = SwaggerModule.createDocument(app, outline);
  document.paths = Object.fromEntries(Object.entries(document.paths).filter(([path]) => path.startsWith('/api/')));
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, ...readSchemas() },
  };
  requireSchemas(document);
  app.use('/api', (request: Request, response: Response, next: NextFunction) => {
    if (request.path === '/' || request.path.startsWith('/swagger-ui'))
      response.header('Content-Security-Policy', POLICY);
    next();
  });
  SwaggerModule.setup('api', app, document, { jsonDocumentUrl: 'api-json', raw: ['json'] });
}
