{
  description = "A terminal assistant for SQLite: ask in plain language, read the SQL, run it, on your own machine";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";

  outputs = { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
      each = make: builtins.listToAttrs (map (system: { name = system; value = make nixpkgs.legacyPackages.${system}; }) systems);
      source = ../..;
      cargo = (builtins.fromTOML (builtins.readFile (source + "/Cargo.toml"))).package;
      package = pkgs:
        pkgs.rustPlatform.buildRustPackage {
          pname = cargo.name;
          version = cargo.version;
          src = source;
          cargoLock.lockFile = source + "/Cargo.lock";
          nativeBuildInputs = [ pkgs.installShellFiles ];
          # The tests want Python and a terminal; CI runs them.
          doCheck = false;
          SQLLAMA_COMMIT = self.rev or "";
          postInstall = ''
            mkdir man
            $out/bin/sqllama man --out man
            installManPage man/*.1
            installShellCompletion --cmd sqllama \
              --bash <($out/bin/sqllama completions bash) \
              --zsh <($out/bin/sqllama completions zsh) \
              --fish <($out/bin/sqllama completions fish)
          '';
          meta = {
            description = cargo.description;
            homepage = cargo.repository;
            license = [ pkgs.lib.licenses.mit pkgs.lib.licenses.asl20 ];
            mainProgram = "sqllama";
          };
        };
    in
    {
      packages = each (pkgs: rec { sqllama = package pkgs; default = sqllama; });
    };
}
