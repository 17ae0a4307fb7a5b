import 'reflect-metadata';
import { Readable } from 'node:stream';
import {
  type ArgumentMetadata,
  type ArgumentsHost,
  BadRequestException,
  Body,
  type CallHandler,
  type CanActivate,
  Catch,
  Controller,
  createParamDecorator,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  Header,
  Headers,
  HttpCode,
  HttpException,
  type INestApplication,
  Inject,
  Injectable,
  Module,
  type NestInterceptor,
  type OnModuleInit,
  Param,
  ParseIntPipe,
  type PipeTransform,
  Post,
  Query,
  Redirect,
  Res,
  Scope,
  SetMetadata,
  Sse,
  StreamableFile,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  ValidationPipe,
} from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import { Type } from 'class-transformer';
import { IsEmail, IsInt, Min } from 'class-validator';
import { TraceClass } from 'honeyhive-decorators';
import { from, interval, map, type Observable, of, take } from 'rxjs';

const ROLES = 'roles';
const Roles = (...roles: string[]) => SetMetadata(ROLES, roles);
const UserId = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  String(context.switchToHttp().getRequest().headers['x-user'] ?? 'nobody'),
);

export class SignUp {
  @IsEmail()
  email: string;

  @IsInt()
  @Min(18)
  @Type(() => Number)
  age: number;
}

/** Traces a member, or leaves it as it is. */
export type Deco = MethodDecorator;

/** One application, every handler in it under `deco`: above the framework's decorators in some places, below in others. */
export async function startApp(deco: Deco, isTraced: boolean): Promise<{ app: INestApplication; url: string }> {
  @Injectable()
  class Greeter implements OnModuleInit {
    ready = false;

    @deco
    async onModuleInit(): Promise<void> {
      await null;
      this.ready = true;
    }

    @deco
    async greet(name: string): Promise<string> {
      return `hello ${name}, ${this.ready ? 'ready' : 'not ready'}`;
    }
  }

  @Injectable({ scope: Scope.REQUEST })
  class Counter {
    count = 0;

    next(): number {
      return ++this.count;
    }
  }
  if (isTraced) TraceClass(Counter);

  @Injectable()
  class RolesGuard implements CanActivate {
    readonly #reflector: Reflector;

    constructor(@Inject(Reflector) reflector: Reflector) {
      this.#reflector = reflector;
    }

    @deco
    canActivate(context: ExecutionContext): boolean {
      const roles = this.#reflector.getAllAndOverride<string[]>(ROLES, [context.getHandler(), context.getClass()]);
      return roles === undefined || roles.includes(context.switchToHttp().getRequest().headers['x-role']);
    }
  }

  class Envelope implements NestInterceptor {
    @deco
    intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
      return next.handle().pipe(map((data) => ({ data })));
    }
  }

  class Trim implements PipeTransform {
    @deco
    transform(value: unknown, _metadata: ArgumentMetadata): unknown {
      if (value === 'bad') throw new BadRequestException('bad text');
      return typeof value === 'string' ? value.trim() : value;
    }
  }

  class Teapot extends Error {}

  @Catch(Teapot)
  class TeapotFilter implements ExceptionFilter {
    @deco
    catch(thrown: Teapot, host: ArgumentsHost): void {
      host.switchToHttp().getResponse().status(418).json({ teapot: thrown.message });
    }
  }

  @Controller('api')
  @UseGuards(RolesGuard)
  class Api {
    readonly #greeter: Greeter;
    readonly #counter: Counter;

    constructor(@Inject(Greeter) greeter: Greeter, @Inject(Counter) counter: Counter) {
      this.#greeter = greeter;
      this.#counter = counter;
    }

    @deco
    @Get('above/:id')
    @Header('x-made-by', 'above')
    above(@Param('id', ParseIntPipe) id: number, @Query('q', Trim) q?: string): object {
      return { id, q, kind: typeof id };
    }

    @Get('below/:id')
    @Header('x-made-by', 'below')
    @deco
    async below(@Param('id', ParseIntPipe) id: number, @Headers('x-user') user: string, @UserId() by: string) {
      return { id, user, by, text: await this.#greeter.greet(user) };
    }

    @deco
    @Roles('admin')
    @Get('secret-above')
    secretAbove(): string {
      return 'for admins';
    }

    @Roles('admin')
    @Get('secret-below')
    @deco
    secretBelow(): string {
      return 'for admins';
    }

    @deco
    @Post('sign-up')
    @HttpCode(202)
    @UsePipes(new ValidationPipe({ transform: true, whitelist: true }))
    signUp(@Body() body: SignUp): object {
      return { email: body.email, next: body.age + 1, isDto: body instanceof SignUp };
    }

    @Post('sign-up-below')
    @UsePipes(new ValidationPipe({ transform: true, forbidNonWhitelisted: true, whitelist: true }))
    @deco
    async signUpBelow(@Body() body: SignUp): Promise<object> {
      return { email: body.email, isDto: body instanceof SignUp };
    }

    @deco
    @UseInterceptors(Envelope)
    @Get('wrapped')
    wrapped(): number[] {
      return [this.#counter.next(), this.#counter.next()];
    }

    @Get('observable')
    @UseInterceptors(Envelope)
    @deco
    observable(): Observable<number> {
      return of(41).pipe(map((n) => n + 1));
    }

    @deco
    @Sse('events')
    events(): Observable<{ data: string }> {
      return interval(5).pipe(
        take(3),
        map((n) => ({ data: `event ${n}` })),
      );
    }

    @Sse('events-below')
    @deco
    async eventsBelow(): Promise<Observable<{ data: string }>> {
      return from([{ data: 'one' }, { data: 'two' }]);
    }

    @deco
    @Get('teapot')
    @UseFilters(TeapotFilter)
    teapot(): never {
      throw new Teapot('short and stout');
    }

    @Get('fails')
    @deco
    async fails(): Promise<never> {
      throw new HttpException({ reason: 'on purpose' }, 409);
    }

    @deco
    @Get('crash')
    crash(): never {
      throw new TypeError('a bug');
    }

    @deco
    @Get('old')
    @Redirect('/api/above/1', 307)
    old(): void {}

    @deco
    @Get('file')
    file(): StreamableFile {
      return new StreamableFile(Readable.from(['part one, ', 'part two']), { type: 'text/plain' });
    }

    @Get('by-hand')
    @deco
    byHand(@Res({ passthrough: true }) response: { setHeader(name: string, value: string): void }): string {
      response.setHeader('x-by-hand', 'yes');
      return 'passed through';
    }
  }

  @Module({ controllers: [Api], providers: [Greeter, Counter, RolesGuard] })
  class AppModule {}

  const app = await NestFactory.create(AppModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  return { app, url: (await app.getUrl()).replace('[::1]', '127.0.0.1') };
}
