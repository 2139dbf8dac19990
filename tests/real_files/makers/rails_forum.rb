# ActiveRecord: a forum, with Rails' bookkeeping tables.
require "active_record"
require "fileutils"
out = File.join(ARGV[0], "databases", "rails_forum")
FileUtils.rm_rf(out)
FileUtils.mkdir_p(out)
ActiveRecord::Base.establish_connection(adapter: "sqlite3", database: File.join(out, "rails_forum.sqlite"))
ActiveRecord::Base.connection.schema_migration.create_table
ActiveRecord::InternalMetadata.create_table
ActiveRecord::InternalMetadata[:environment] = "production"
ActiveRecord::Schema.verbose = false
ActiveRecord::Schema.define(version: 2025_06_01_101500) do
  create_table(:users) { |t| t.string :name; t.string :email; t.boolean :admin, default: false; t.integer :role, default: 0; t.date :born_on; t.timestamps }
  create_table(:topics) { |t| t.references :user, foreign_key: true; t.string :title; t.boolean :locked, default: false; t.integer :views_count; t.datetime :deleted_at; t.timestamps }
  create_table(:posts) { |t| t.references :topic, foreign_key: true; t.references :user; t.text :body; t.decimal :score, precision: 5, scale: 2; t.timestamps }
  create_table(:taggings) { |t| t.references :taggable, polymorphic: true; t.string :tag }
end
class User < ActiveRecord::Base; enum role: { member: 0, moderator: 1, owner: 2 }; end
class Topic < ActiveRecord::Base; belongs_to :user; end
class Post < ActiveRecord::Base; belongs_to :topic; end
class Tagging < ActiveRecord::Base; belongs_to :taggable, polymorphic: true; end
R = Random.new(23)
def day(a = 2022, b = 2025) = Time.utc(a, 1, 4) + R.rand((b - a + 1) * 31_000_000) + Rational(R.rand(1_000_000), 1_000_000)
names = ["Alma Reyes", "Bruno Keller", "Chiara Conti", "Dara Okafor", "Emil Larsen", "Farah Haddad", "Goran Petrov", "Hanna Virtanen", "Ivo Marek", "Jana Dvorak", "Kofi Mensah", "Lena Vogel"]
ActiveRecord::Base.transaction do
  users = names.each_with_index.map { |n, i| t = day(2021, 2022); User.create!(name: n, email: "#{n.split.first.downcase}@example.org", admin: [0, 4, 7].include?(i), role: [2, 0, 1, 0, 1][i % 5], born_on: Date.new(1960 + R.rand(45), 1 + R.rand(12), 5), created_at: t, updated_at: t) }
  60.times do |i|
    t = day
    topic = Topic.create!(user: users.sample(random: R), title: "#{%w[Best Worst Cheap Old New].sample(random: R)} #{%w[tyres saddles lamps pumps maps].sample(random: R)}", locked: R.rand < 0.2, views_count: R.rand(900), deleted_at: R.rand < 0.1 ? t + 86_400 : nil, created_at: t, updated_at: t)
    %w[bikes repair tours].sample(1 + R.rand(2), random: R).each { |g| Tagging.create!(taggable: topic, tag: g) }
    R.rand(8).times { |k| p = t + (k + 1) * 5000; Post.create!(topic: topic, user_id: users.sample(random: R).id, body: "I agree.", score: R.rand(500) / 100.0, created_at: p, updated_at: p) }
  end
end
ActiveRecord::Base.connection.close
